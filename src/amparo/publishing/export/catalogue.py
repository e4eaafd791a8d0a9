"""What is published as DCAT records (JSON-LD), which catalogues of States and of researchers gather."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from amparo.publishing.export.about import cite
from amparo.publishing.queries import PublishedRelease
from amparo.publishing.rules import ItemKind
from amparo.publishing.rules.tables import titles_of

CONTEXT: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "adms": "http://www.w3.org/ns/adms#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
MEDIA_TYPES: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "pdf": "application/pdf",
}
_LICENCES: Final = {
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
_MEDIA: Final = "https://www.iana.org/assignments/media-types/"
_JSON_STAT: Final = "https://json-stat.org/full/"
Where = Callable[[str], str]  # from an address of this site, to the whole of it


def catalogue_record(releases: Sequence[PublishedRelease], *, title: str, where: Where) -> dict[str, Any]:
    """Describe the whole list: each release is a data set of it."""
    return {
        "@context": CONTEXT,
        "@id": where("/data/catalog.jsonld"),
        "@type": "dcat:Catalog",
        "dct:title": title,
        "foaf:homepage": {"@id": where("/data/")},
        "dcat:dataset": [_dataset(release, where) for release in releases],
    }


def release_record(release: PublishedRelease, *, where: Where) -> dict[str, Any]:
    """Describe one release by itself."""
    return {"@context": CONTEXT, **_dataset(release, where)}


def _dataset(release: PublishedRelease, where: Where) -> dict[str, Any]:
    address = where(f"/data/{release.number}/")
    texts = [
        f"{item.title}: {item.definition} ({item.unit}). {item.source}. {item.method}. {item.protection}."
        for item in release.items
    ]
    made: dict[str, Any] = {
        "@id": address,
        "@type": "dcat:Dataset",
        "dct:identifier": release.number,
        "dct:title": release.title,
        "dct:description": texts or release.title,
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": release.publisher or "Amparo"},
        "dct:issued": _moment(release.published_at.isoformat()),
        "dct:license": _licence(release.licence),
        "dct:bibliographicCitation": cite(release, address=address),
        "dct:provenance": {
            "@type": "dct:ProvenanceStatement",
            "dct:description": f"Snapshot {release.snapshot} {release.snapshot_hash}".strip(),
        },
        "dcat:version": str(release.version),
        "dcat:landingPage": {"@id": address},
        "dcat:keyword": [release.population],
        "dcat:distribution": list(_distributions(release, where)),
    }
    if release.period:
        made["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _date(min(release.period)),
            "dcat:endDate": _date(max(release.period)),
        }
    if release.doi:
        made["adms:identifier"] = {"@id": f"https://doi.org/{release.doi}"}
    if release.earlier:
        made["dct:replaces"] = {"@id": where(f"/data/{release.earlier}/")}
    if release.later:
        made["dct:isReplacedBy"] = {"@id": where(f"/data/{release.later}/")}
    return made


def _distributions(release: PublishedRelease, where: Where) -> list[dict[str, Any]]:
    titles = [title for item in release.items for title in titles_of(item)]
    found = [
        _distribution(
            where(f"/data/{release.number}/table-{number}.{form}"),
            title=f"{title} ({form})",
            media=media,
            licence=release.licence,
            conforms=_JSON_STAT if form == "json" else "",
        )
        for number, title in enumerate(titles, start=1)
        for form, media in MEDIA_TYPES.items()
        if form != "pdf"
    ]
    for position, item in enumerate(release.items):
        if item.kind is not ItemKind.TABLE and item.content.get("sha256"):
            made = _distribution(
                where(f"/data/{release.number}/file-{position + 1}"),
                title=item.title,
                media=str(item.content.get("media_type", "text/csv")),
                licence=release.licence,
            )
            made["spdx:checksum"] = {
                "@type": "spdx:Checksum",
                "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                "spdx:checksumValue": item.content["sha256"],
            }
            found.append(made)
    return found


def _distribution(
    address: str, *, title: str, media: str, licence: str, conforms: str = ""
) -> dict[str, Any]:
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": title,
        "dcat:downloadURL": {"@id": address},
        "dcat:mediaType": {"@id": f"{_MEDIA}{media}"},
        "dct:license": _licence(licence),
        **({"dct:conformsTo": {"@id": conforms}} if conforms else {}),
    }


def _licence(licence: str) -> Any:
    known = _LICENCES.get(licence)
    return {"@id": known} if known else {"@type": "dct:LicenseDocument", "dct:title": licence}


def _date(text: str) -> Any:
    kind = {4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"}.get(len(text))
    is_date = kind is not None and text.replace("-", "").isdecimal()
    return {"@type": kind, "@value": text} if is_date else text


def _moment(text: str) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": text}
