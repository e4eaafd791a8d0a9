"""Marks text for translation where no translation machinery may be imported."""


def N_(text: str) -> str:
    """Mark `text` for the message catalogues and return it unchanged; translate it when it is shown."""
    return text


class ToldError(ValueError):
    """An error that is told to a person: its English text, and what is needed to say it in their language.

    Raise it with a template marked by `N_` and its values. A page shows
    `gettext(error.template) % error.values`.
    """

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template % values)
        self.template = template
        self.values = values
