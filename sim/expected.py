"""What the results of a study will look like, before anything is simulated: every sample there, none of them done."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import xarray as xr

from sim.measure import Measure, check_measures, labels_of
from sim.results.status import Status
from sim.run import Study

SPIKES = 2
"""Room for spikes; there are none."""


def expected(study: Study, measures: Sequence[Measure] = ()) -> tuple[xr.Dataset, xr.Dataset]:
    """The results (sample, ...) and the measures (sample,) as `run` and `measured` will give them, all samples failed.

    Nothing of it takes memory but the time axis and the design.

    Raises:
        ValueError: the parts do not fit, or a measure needs what is not recorded; one sentence.
    """
    samples = study.samples()
    prepared = study.backend.prepare(study.network, study.protocol, study.record, samples, study.numerics, 1)
    check_measures(measures, prepared.schema)
    schema = prepared.schema if study.record.keep_spikes else prepared.schema.without("spike_step")
    schema = replace(
        schema,
        sizes={**schema.sizes, "spike": SPIKES},
        variables=tuple(replace(v, mantissa_bits=None) for v in schema.variables),
    )
    arrays = {v.name: np.broadcast_to(np.array(v.fill, v.dtype), schema.shape(v)) for v in schema.variables}
    status = np.full(schema.sizes["sample"], Status.FAILED_NOT_FINITE)
    results = schema.dataset(slice(None), arrays, status).assign_attrs(study.described())
    labels = {name: x for name, x in results.coords.items() if x.dims == ("sample",)}
    taken = {}
    for m in measures:
        nothing = np.full((), np.nan, m.variable.dtype)
        taken[m.name] = (m.variable.dims, np.broadcast_to(nothing, (len(status), *m.shape)))
    table = xr.Dataset(
        taken,
        {**labels, **{name: (name, along) for name, along in labels_of(measures).items()}},
        {"factors": results.attrs["factors"]},
    )
    for m in measures:
        table[m.name].attrs.update(m.attributes)
    return results, table
