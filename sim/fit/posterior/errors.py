"""What cannot be trained, opened or inferred, in one sentence."""


class PosteriorError(ValueError):
    """A posterior cannot be trained or given; the message says what was asked, what was found and what to do."""


class EstimatorError(PosteriorError):
    """A file holds no estimator that can be used here; the message is one sentence."""
