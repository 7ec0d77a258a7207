/** The nearest whole number; of two that are as near the even one, as NumPy and PyTorch round. */
export function roundedToEven(value: number): number {
  const below = Math.floor(value)
  if (value - below !== 0.5) return Math.round(value)
  return below % 2 === 0 ? below : below + 1
}
