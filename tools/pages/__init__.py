"""The pages of the documentation that are written from the code: a module each, with a function that gives the text."""
