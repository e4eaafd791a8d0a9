"""Write what was published in the forms that people and programs read: each says by itself what it is, and where its limits are."""

from amparo.publishing.export.about import TableOf, about, cite, mark_words, notes_of, tables_of_release
from amparo.publishing.export.catalogue import catalogue_record, release_record
from amparo.publishing.export.columns import to_parquet
from amparo.publishing.export.cube import to_json_stat
from amparo.publishing.export.paper import MOST_PRINTED, to_pdf
from amparo.publishing.export.sheets import to_csv, to_xlsx

__all__ = [
    "MOST_PRINTED",
    "TableOf",
    "about",
    "catalogue_record",
    "cite",
    "mark_words",
    "notes_of",
    "release_record",
    "tables_of_release",
    "to_csv",
    "to_json_stat",
    "to_parquet",
    "to_pdf",
    "to_xlsx",
]
