"""What to do about a package that comes with an extra, in the words of docs/howto/install.md."""


def installing(extra: str) -> str:
    """'install the extra 'fit', in the source folder: ...', for the end of a sentence."""
    return (
        f"install the extra {extra!r}, in the source folder: .venv/bin/python -m pip install -c constraints.txt "
        f"-e '.[{extra}]'"
    )
