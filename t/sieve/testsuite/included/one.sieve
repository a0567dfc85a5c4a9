require "include";
include :global "one";
