"""The one field type of personal data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from amparo.vault.rules import Sealed, seal
from amparo.vocab.described import Privacy

if TYPE_CHECKING:
    AnyField = models.Field[Any, Any]
else:
    AnyField = models.Field


class SealedAttribute(DeferredAttribute):
    """Gives a `Sealed` on reading; takes plain data or a `Sealed` on writing."""

    field: VaultField

    def __get__(self, instance: Any, cls: type | None = None) -> Any:
        if instance is None:
            return self
        content = super().__get__(instance, cls)
        return Sealed(content, person=getattr(instance, self.field.described.person, None))

    def __set__(self, instance: Any, value: Mapping[str, Any] | Sealed | bytes | None) -> None:
        if isinstance(value, Mapping):
            value = seal(value, person=None)
        instance.__dict__[self.field.attname] = value.content if isinstance(value, Sealed) else value


class VaultField(AnyField):
    """Hold plain data (a mapping) about one person, sealed.

    `person` names the attribute of the row that holds the person's id; `holds` names the attributes of the described
    record that are packed here. The content cannot be filtered, ordered or grouped by: what is to be searched needs a
    coded column or a blind token.
    """

    descriptor_class = SealedAttribute

    def __init__(
        self,
        *,
        privacy: Privacy = Privacy.IDENTITY,
        person: str = "person_id",
        holds: tuple[str, ...] = (),
        **options: Any,
    ) -> None:
        self.privacy = privacy
        self.person = person
        self.holds = holds
        super().__init__(**options)

    @property
    def described(self) -> VaultField:
        """Return the field of the live row: columns of history tables are made from the database side of a field only."""
        tracked = getattr(self.model, "pgh_tracked_model", None)
        return self if tracked is None else tracked._meta.get_field(self.name)

    def db_type(self, connection: Any) -> str:
        """Store bytes: clear JSON now, ciphertext from the next release on, in the same column."""
        return "bytea"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed:
        """Seal the bytes of a row; of a mere `values()`, where no person is known, nobody can open them."""
        return Sealed(None if value is None else bytes(value), person=None)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Write the bytes of the instance."""
        return model_instance.__dict__.get(self.attname)

    def get_prep_value(self, value: Any) -> bytes | None:
        """Take what is sealed, and refuse what is not: a clear value would be stored without its person."""
        if value is None or isinstance(value, bytes):
            return value
        if isinstance(value, Sealed):
            return value.content
        raise TypeError(f"{self.name} is sealed: write it through an instance of its model.")

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse every comparison but `isnull`: nothing may depend on what is sealed."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
