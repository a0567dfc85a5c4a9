require "include";

include "level7";
