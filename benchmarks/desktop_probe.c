/* The picture by which bench_desktop.py measures: a full screen window with a block that
 * flips with each key and each button, and, after the key "v", a pattern that moves 30 times a
 * second with the clock drawn in it (milliseconds, 32 blocks of 16 pixels, black or white).
 *
 * cc -O2 -o probe desktop_probe.c -lX11; usage: probe WIDTH HEIGHT
 */
#include <X11/Xlib.h>
#include <X11/keysym.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/select.h>
#include <time.h>

enum { BLOCK = 64, BIT = 16, VIDEO_WIDTH = 640, VIDEO_HEIGHT = 480, VIDEO_TOP = 128 };

static Display *display;
static Window window;
static GC gc;
static uint32_t *pixels;
static XImage *image;

static int64_t milliseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void fill(unsigned long colour, int x, int y, int width, int height) {
  XSetForeground(display, gc, colour);
  XFillRectangle(display, window, gc, x, y, width, height);
}

static void draw_frame(void) {
  static unsigned frame;
  uint32_t clock = (uint32_t)milliseconds();
  frame += 5;
  for (unsigned y = 0; y < VIDEO_HEIGHT; y++)
    for (unsigned x = 0; x < VIDEO_WIDTH; x++)
      pixels[y * VIDEO_WIDTH + x] = ((x + frame) & 255) << 16 | ((y + frame) & 255) << 8 | ((x ^ y) & 255);
  for (unsigned bit = 0; bit < 32; bit++)
    for (unsigned y = 0; y < BIT; y++)
      for (unsigned x = 0; x < BIT; x++)
        pixels[y * VIDEO_WIDTH + bit * BIT + x] = (clock >> bit & 1) ? 0xffffff : 0;
  XPutImage(display, window, gc, image, 0, 0, 0, VIDEO_TOP, VIDEO_WIDTH, VIDEO_HEIGHT);
}

static void wait_until(int64_t then) {
  int64_t left = then < 0 ? 1000 : then - milliseconds();
  struct timeval time = {left / 1000, left % 1000 * 1000};
  int fd = ConnectionNumber(display);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(fd, &set);
  if (left > 0) select(fd + 1, &set, NULL, NULL, &time);
}

static void set_up(int width, int height) {
  display = XOpenDisplay(NULL);
  if (!display) exit(1);
  XSetWindowAttributes own = {.override_redirect = True, .background_pixel = 0x3b4a5a};
  own.event_mask = KeyPressMask | ButtonPressMask | ExposureMask;
  window = XCreateWindow(display, DefaultRootWindow(display), 0, 0, width, height, 0, CopyFromParent, InputOutput,
                         CopyFromParent, CWOverrideRedirect | CWBackPixel | CWEventMask, &own);
  gc = XCreateGC(display, window, 0, NULL);
  pixels = malloc(4 * VIDEO_WIDTH * VIDEO_HEIGHT);
  image = XCreateImage(display, DefaultVisual(display, 0), 24, ZPixmap, 0, (char *)pixels, VIDEO_WIDTH, VIDEO_HEIGHT,
                       32, 0);
  XMapRaised(display, window);
  XSync(display, False);
  XSetInputFocus(display, window, RevertToParent, CurrentTime);
}

int main(int count, char **words) {
  int on = 0, video = 0;
  int64_t next = 0;
  set_up(count > 1 ? atoi(words[1]) : 1280, count > 2 ? atoi(words[2]) : 800);
  for (;;) {
    while (XPending(display)) {
      XEvent event;
      XNextEvent(display, &event);
      if (event.type == KeyPress && XLookupKeysym(&event.xkey, 0) == XK_v) {
        video = !video;
        next = milliseconds();
      } else if (event.type == KeyPress || event.type == ButtonPress) {
        on = !on;
      }
      fill(on ? 0xffffff : 0x000000, 0, 0, BLOCK, BLOCK);
      fill(0xfafafa, BLOCK, 0, BLOCK, BLOCK);
    }
    XFlush(display);
    if (video && milliseconds() >= next) {
      draw_frame();
      next += 33;
      if (next < milliseconds()) next = milliseconds();
      XFlush(display);
    }
    wait_until(video ? next : -1);
  }
}
