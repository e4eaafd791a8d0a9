"""A program: print which of the large libraries are loaded once every page can be answered."""

import sys

import django

LARGE = ("duckdb", "highspy", "ibis", "matplotlib", "numba", "numpy", "pandas", "pyarrow", "scipy")

if __name__ == "__main__":
    django.setup()
    import amparo.config.urls  # noqa: F401

    print(*(name for name in LARGE if name in sys.modules))
