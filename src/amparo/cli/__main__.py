"""Let `python -m amparo.cli` be the command too."""

from amparo.cli import main

main()
