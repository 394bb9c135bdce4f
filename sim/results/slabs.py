"""A slab is a run of consecutive samples that is computed, written and finished together.

Slab i covers the samples [i*n, (i+1)*n), the last one what remains. On disk a slab is one chunk along `sample` in every
array, so writers of different slabs never touch the same file. How many samples that are follows from the study alone:
a store may be begun on one machine and gone on with on another, whose batches are larger or smaller than a slab.
"""

SLAB_BYTES = 4 * 2**20
"""B, of the largest variable of a slab before compression: few files, and one chunk of each array."""
FEWEST, MOST = 16, 1024
"""Samples of a slab, however large or small they are."""
SHARED = 32
"""Slabs of a small design, to be shared by processes, and finished one by one."""


def samples_per_slab(n_samples: int, sample_bytes: int) -> int:
    """Samples of a slab of a study.

    Args:
        n_samples: of the whole design.
        sample_bytes: B, of one sample in the largest variable.
    """
    large = min(max(SLAB_BYTES // max(sample_bytes, 1), FEWEST), MOST)
    return min(large, -(-n_samples // SHARED))


def slabs(n_samples: int, samples_per_slab: int) -> list[slice]:
    """All slabs, in order; together they cover each sample once."""
    return [slab_at(number, n_samples, samples_per_slab) for number in range(-(-n_samples // samples_per_slab))]


def slab_at(number: int, n_samples: int, samples_per_slab: int) -> slice:
    """The slab of this number, counted from 0."""
    start = number * samples_per_slab
    return slice(start, min(start + samples_per_slab, n_samples))


def slab_number(slab: slice, n_samples: int, samples_per_slab: int) -> int:
    """Which slab this is, counted from 0.

    Raises:
        ValueError: `slab` is not exactly one slab, so that writing it could race with a neighbour.
    """
    number, offset = divmod(slab.start, samples_per_slab)
    if offset or not 0 <= slab.start < n_samples or slab != slab_at(number, n_samples, samples_per_slab):
        raise ValueError(
            f"samples {slab.start}:{slab.stop} are not one slab of this store, which has {n_samples} samples in slabs "
            f"of {samples_per_slab}. Write the slabs that todo() returns, one at a time."
        )
    return number
