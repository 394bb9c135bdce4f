"""Questions: a config, what is measured, and the figure that answers.

from experiments import perform

result = perform("pool", "scale=smoke", "network=cMG")      # as the command; what is finished is not run again
result.headline(), result.figure(), result.answer
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.answer import Result


def perform(experiment: str, *settings: str, config_dir: str | None = None) -> "Result":
    """One experiment, as the command `sherrington experiment=NAME SETTING ...` runs it.

    Args:
        experiment: name in conf/experiment.
        settings: as on the command line, `"network=cMG"`, `"design.seeds=4"`; results lie in `out` ("results").
        config_dir: a folder with groups of your own, as `--config-dir`.

    Raises:
        UserError: anything that the user can mend; one sentence.
    """
    from experiments.session import performed

    return performed(experiment, settings, config_dir)
