"""Keep a person's passage through the response: the protected heart.

**Person**: a human being in need, who may appear in several cases. **Case**: one person's passage through the response, from opened
to closed. **Episode**: one trafficking situation, with its acts, means, purposes, places and period; a case has several.
**Operation**: one criminal enterprise, with many episodes, of persons who need not know of each other.

What is recorded stands as frozen records in `rules` (`PersonDetails`, `CaseDetails`, `EpisodeDetails`). The forms, the columns, the API, the
import, the export and the data dictionary follow from them. A row here is seen by those whose scope covers its case; to all others it does not exist.
"""
