require "include";

include "about";
