require "include";
include "one";
