"""Rounding floats to the mantissa bits that they deserve, because the bits below are noise that does not compress."""

import numpy as np


def rounded(values: np.ndarray, mantissa_bits: int) -> np.ndarray:
    """`values` rounded to the nearest float with so many mantissa bits, ties to even.

    The relative error is at most 2**-(mantissa_bits + 1). Infinities and NaN stay as they are.

    Args:
        values: any unit and shape, float32 or float64.
        mantissa_bits: bits to keep after the leading one.
    """
    dropped = np.finfo(values.dtype).nmant - mantissa_bits
    if dropped <= 0:
        return values
    integer = np.dtype(f"u{values.dtype.itemsize}").type
    bits = np.ascontiguousarray(values).view(integer)
    one, shift = integer(1), integer(dropped)
    nearest = bits + ((one << (shift - one)) - one) + ((bits >> shift) & one)
    nearest &= ~((one << shift) - one)
    return np.where(np.isfinite(values), nearest.view(values.dtype), values)
