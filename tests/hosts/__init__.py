"""Three machines that share nothing but a database, a broker and an object store, played in network namespaces."""
