"""The form of a section on its own screen, where it does not see the others of its issue."""

from issues.forms.sections import SingleSectionForm


class SectionScreenForm(SingleSectionForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Posted beside the position, the one that was shown tells whether another was typed.
        is_told = not self.is_bound or self.add_initial_prefix("position") in self.data
        self.fields["position"].show_hidden_initial = is_told

    def clean_position(self):
        """Leave the section where others have put it meanwhile, unless it was moved here."""
        if self.instance.pk and "position" not in self.changed_data:
            return self.instance.position
        return super().clean_position()
