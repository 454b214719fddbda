"""Small SQL functions, one file a table group. Each takes the connection of the caller's transaction."""
