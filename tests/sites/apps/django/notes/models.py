from django.db import models


class Note(models.Model):
    title = models.CharField(max_length=80)
    attachment = models.FileField(upload_to="notes", blank=True)

    def __str__(self):
        return self.title
