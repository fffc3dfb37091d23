"""The table of Django's database cache: what all processes count together, such as attempts to sign in."""

from django.db import models


class SharedCache(models.Model):
    """An entry. Only Django's cache reads and writes it."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
