"""The words of a command line as Hydra takes them: options first, and what is no setting told in a sentence."""

from collections.abc import Sequence
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from experiments.help import asked
from experiments.keys import check_keys

VALUED = (
    "--config-dir", "-cd", "--config-name", "-cn", "--config-path", "-cp", "--cfg", "-c", "--package", "-p", "--info",
    "-i",
)  # fmt: skip
"""Options that a word follows."""
FOLDER = ("--config-dir", "-cd")
HELP = ("help", "--help", "-h")
USAGE = "write NAME=VALUE, for example experiment=pool; sherrington --help lists the groups"


class CommandError(ValueError):
    """A command line that cannot be; the message is one sentence."""


def arranged(words: Sequence[str]) -> list[str]:
    """The words, options before settings, so that an option may stand anywhere on the line.

    Raises:
        CommandError: a word that is neither an option nor a setting, or an option that lacks its value.
        KeyUnknownError: a setting of something that is not there.
    """
    if any(word in HELP for word in words):
        return ["--help"]
    options, settings, waiting = [], [], list(words)
    while waiting:
        word = waiting.pop(0)
        if word == "--experimental-rerun" or word.startswith("--experimental-rerun="):
            raise CommandError(
                "--experimental-rerun runs what a file of another session says; give the settings instead."
            )
        if word in VALUED:
            if not waiting or waiting[0].startswith("-"):
                raise CommandError(f"{word} needs a value after it, as in {word} VALUE.")
            options += [word, waiting.pop(0)]
        elif word.startswith("-"):
            options.append(word)
        else:
            settings.append(word)
    for word in settings:
        if "=" not in word and not word.startswith("~"):
            raise CommandError(f"{word!r} is no setting{_meant(word)}; {USAGE}.")
    for folder in own_folders(options):
        if not Path(folder).expanduser().is_dir():
            raise CommandError(
                f"--config-dir names {folder!r}, which is no folder; give one with your own groups in it."
            )
    if not {"-sc", "--shell-completion"} & set(options):  # whose words are no settings of a run
        check_keys(settings, [str(Path(folder).expanduser()) for folder in own_folders(options)])
    return [*(str(Path(x).expanduser()) if k and options[k - 1] in FOLDER else x
              for k, x in enumerate(options)), *settings]  # fmt: skip


def own_folders(words: Sequence[str]) -> list[str]:
    """The folders that `--config-dir` names."""
    pairs = zip(words, [*words[1:], ""], strict=False)
    named = [value for word, value in pairs if word in ("--config-dir", "-cd")]
    return named + [word.partition("=")[2] for word in words if word.startswith("--config-dir=")]


def unreadable(setting: str) -> str:
    """What is said of a setting that Hydra cannot read."""
    value = setting.partition("=")[2]
    for mark, name in (('"', "double quote"), ("'", "quote")):
        if value.replace(f"\\{mark}", "").count(mark) % 2:
            return f"cannot read {setting!r}: a {name} ({mark}) is missing; quotes come in pairs."
    for opened, closed in ("[]", "{}", "()"):
        if value.count(opened) != value.count(closed):
            lacking = closed if value.count(opened) > value.count(closed) else opened
            return f"cannot read {setting!r}: a {lacking!r} is missing; brackets come in pairs."
    return (
        f"cannot read {setting!r}; a value with spaces, commas or other signs is quoted for the shell and for itself: "
        "'NAME=\"VALUE\"'."
    )


def nearest_experiment(word: str) -> str:
    """The name of the experiment that a word comes nearest to, by its last part too; '' if none is near."""
    names = sorted(asked([files("conf")]))
    last = {name.rpartition("/")[2]: name for name in names}
    near = get_close_matches(word, {**last, **{name: name for name in names}}, n=1)
    return last.get(near[0], near[0]) if near else ""


def _meant(word: str) -> str:
    """The experiment or group that may be meant."""
    return f"; did you mean experiment={near}" if (near := nearest_experiment(word)) else ""
