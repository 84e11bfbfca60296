"""What reports of failures show of the settings, such as the pages for who writes the code."""

import re

from django.views.debug import SafeExceptionReporterFilter

# Our settings are addresses, many with a name and a password before the @.
CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")


class ReportFilter(SafeExceptionReporterFilter):
    """Hides what stands in addresses, too; Django hides settings by their names alone."""

    def cleanse_setting(self, key, value):
        shown = super().cleanse_setting(key, value)
        if isinstance(shown, str):  # or what some app shows as one
            return CREDENTIALS.sub(f"{self.cleansed_substitute}@", str(shown))
        return shown
