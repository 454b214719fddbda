"""What administrators keep: people, departments, topics, hours, thresholds, canned replies; and the trail."""
