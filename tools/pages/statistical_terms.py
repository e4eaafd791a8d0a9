"""Words of statistics that no model or record carries, each with the page on its method."""

from __future__ import annotations

from typing import Final

__all__ = ["TERMS"]

# word: (page of docs/methods, meaning)
TERMS: Final = {
    "audit": ("table-releases", "The proof, by linear programs, that no hidden count of a release can be worked out too closely. Without it no table is given."),
    "cell": ("table-releases", "One place of a table: those records that have its values. A total is a cell, too."),
    "cell key": ("table-releases", "A number that records of a cell add up to. It fixes the noise, so that the same people are told with the same number in every table."),
    "contributor": ("table-releases", "Whose an amount in a cell is: an employer, a reporting organisation, or the record itself."),
    "differencing": ("register", "To subtract one released number from another, and learn of the few people between them."),
    "differential privacy": ("differential-privacy", "A promise of noise: whatever is done with what is released, chances change little by one person's being in the records."),
    "disclosure control": ("tables", "What is done to figures before they leave, so that nothing is learnt of one person or of few."),
    "dominance": ("table-releases", "A rule for amounts: a total is hidden where its largest contributors make up more than a share of it."),
    "epsilon, delta": ("differential-privacy", "How much may be learnt of a person, and the chance that this fails. Smaller protects more."),
    "invented combination": ("synthetic-data", "Values together in a synthetic row that no record has together."),
    "k-anonymity": ("microdata", "Each record is like k - 1 others in all that somebody may know. It does not keep the group from telling something."),
    "key": ("microdata", "A column that somebody from outside may know of a person. Not the key of a sealed field, nor that of a program."),
    "l-diversity": ("microdata", "The fewest values of a sensitive column in a group of records that are alike. With l = 1 the value follows for certain."),
    "ledger": ("differential-privacy", "What was spent of the budget of a data set. It refuses what goes beyond the cap."),
    "linked tables": ("table-releases", "Tables of the same records that share totals. Protected one by one, each can give the other away."),
    "micro-data": ("microdata", "A file with a row for each person."),
    "population unique": ("microdata", "A record that is alone among all persons, and not in the file only."),
    "provenance": ("synthetic-data", "What a file says about itself: method, promise, how far off its counts are, what not to conclude."),
    "recoding": ("microdata", "To tell values in groups: 0-8 and 9-17 as 0-17."),
    "register": ("register", "All numbers that were ever let out. A new one is checked together with them."),
    "rho": ("differential-privacy", "The currency in which noise is paid for; it adds up over releases, and is told as epsilon and delta."),
    "rounding": ("table-releases", "To tell counts as multiples of a base, so that they still add up."),
    "sensitive column": ("microdata", "A column from which nobody should learn anything about a person."),
    "special unique": ("microdata", "A record that is alone by few keys; likely to be alone outside the file, too."),
    "suppression": ("table-releases", "To hide cells: the primary ones for what they are, the complementary ones since a primary one could be worked out from them."),
    "synthetic data": ("synthetic-data", "Rows of nobody, from which one counts nearly what one would count in the records."),
    "t-closeness": ("microdata", "How far the values of a sensitive column in a group are from those of the whole file."),
    "threshold": ("tables", "The count below which a cell is hidden."),
    "unit of privacy": ("differential-privacy", "What the promise of noise protects: here one person with all her values, not an event."),
}  # fmt: skip
