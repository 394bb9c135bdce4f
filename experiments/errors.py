"""What stops a run, as a sentence."""


class UserError(Exception):
    """What stopped a run, as one sentence for the person who started it."""


def root(problem: BaseException) -> BaseException:
    """What an error comes from."""
    while problem.__cause__ is not None:
        problem = problem.__cause__
    return problem


def sentence(problem: BaseException) -> str:
    """What an error says, in one line."""
    said = problem.args[0] if len(problem.args) == 1 else problem
    return " ".join(str(said).split()) or type(problem).__name__
