"""What the assistant does: rasa_sdk actions, one file a topic.

Each returns typed payloads and touches no store.
"""
