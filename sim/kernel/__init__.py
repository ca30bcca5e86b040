"""What speaks kernel: gfp names, boot numbers, /proc files, trace rows."""
