import type { IDescription, IShareKernel } from './tokens';

/** Whether a notebook's kernel is among these, and which of them fit it. */
export function kernelHere(
  { kernel }: Pick<IDescription, 'kernel'>,
  here: readonly IShareKernel[]
): Pick<IDescription, 'kernel_here' | 'kernels'> {
  if (!kernel?.name) {
    return { kernel_here: null, kernels: [] };
  }
  const language = kernel.language.toLowerCase();
  return {
    kernel_here: here.some(({ name }) => name === kernel.name),
    kernels: here.filter(
      each => language !== '' && each.language.toLowerCase() === language
    )
  };
}
