"""The pages, one module each, and the door for webhooks."""
