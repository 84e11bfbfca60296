"""What readers meet when they join, choose and leave."""
