"""The command console: REST, Socket.IO and the web page a duty officer works with."""
