"""The pages of researchers: their proposals, and while one lasts the data that it opens."""
