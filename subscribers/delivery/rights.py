"""What somebody must be allowed to do with mailings; the roles of the desk have these rights."""

APPROVE = "subscribers.approve_mailing"  # and all else that makes mail go out, or not
VIEW = "subscribers.view_mailing"
