// Styles that come with a chunk; the build loads them.
declare module '*.css';
