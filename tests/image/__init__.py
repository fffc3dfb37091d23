"""`make image-check`: the Dockerfile's steps without a container engine."""
