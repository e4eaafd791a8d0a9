"""Hash passwords so that each guess costs, and none fills the memory of a small machine."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CalibratedArgon2(Argon2PasswordHasher):
    """Argon2id with 32 MiB and one lane: a quarter of a second on a small server. Older hashes are renewed at sign-in."""

    time_cost = 5
    memory_cost = 32 * 1024
    parallelism = 1
