require "include";

include :once "redirects";
include :once "redirects";
include :personal :once "redirects";
