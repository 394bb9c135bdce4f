"""What is wrong with a fit, as one sentence."""


class FitError(ValueError):
    """A fit that cannot be; the message is one sentence."""
