"""The witness: a small program of another organisation that keeps the heads of logs, and nothing else.

It knows no Django and no database server. It takes a head only when it continues the last one of the same installation, signs
what it took, and remembers what it refused.
"""
