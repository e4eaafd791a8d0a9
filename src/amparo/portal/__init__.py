"""Welcome whoever signs in: what needs them now, and the search. It holds nothing of its own."""
