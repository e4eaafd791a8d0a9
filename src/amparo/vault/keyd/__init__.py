"""Keep the keys of the compartments in a process of their own: `amparo keyd`.

The web server and the worker ask it for the keys of persons, by a socket. It reads the keyring itself, gives so many a minute
and no more, and writes what it gave into a log of its own. Whoever takes over the web server holds no key of a compartment.
"""
