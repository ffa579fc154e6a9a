"""A giant hunk is cut where a reader would turn the page, in any of the big languages."""

from __future__ import annotations

import pytest

from app.core.change.annotate import annotate, parse_annotated
from app.core.change.chunking import plan_review
from app.core.change.diff import FilePatch, FileStatus, Hunk
from app.core.change.planning.splitting import MAX_DEFINITION, is_definition
from tests.core.changes import change

DEFINITIONS = """\
def f(a):
    async def g():
class A(B):
function foo(a) {
export default function () {
  async load(id) {
  constructor(a, b) {
  get size() {
  static #x() {
const f = (a, b) => {
export const g = async (x: number): Promise<void> => {
const h = function (a) {
func (s *Server) Start(ctx context.Context) error {
type Server struct {
    public static int run(String[] args) throws IOException {
    @Override public Map<String, List<Integer>> find(int a) {
    public async Task<int> Get(int id) {
    protected override void OnLoad() {
pub(crate) async fn run<T>(x: T) -> u8 {
impl<T> Foo for Bar {
int main(int argc, char **argv) {
static void foo(void)
std::string Foo::bar(const char *x) const
template <typename T> class X {
  def each
module Foo
    public function index(Request $r): Response {
fun main(args: Array<String>) {
override fun onCreate(b: Bundle?) {
    func viewDidLoad() {
    init(name: String) {
extension Foo: Bar {
CREATE TABLE users (
create or replace function foo() returns int
interface Foo {
trait A {
enum Color {"""
OTHERS = """\
    if (x) {
    while (a) {
} else if (x) {
    else if (y) {
for (int i = 0; i < 3; i++) {
return foo(x)
    foo(a, b);
    foo(x)
x = foo(a)
    switch (x) {
  catch (e) {
import foo
from x import (a)
    it("does", () => {
defer func() {
raise ValueError(x)
print(x)
assert foo (x)
"text\""""


@pytest.mark.parametrize("line", DEFINITIONS.split("\n"))
def test_a_line_that_begins_a_function_or_a_type_is_a_definition(line: str) -> None:
    assert is_definition(line)


@pytest.mark.parametrize("line", [*OTHERS.split("\n"), "def f(" + "a" * MAX_DEFINITION])
def test_a_line_that_branches_calls_or_goes_on_for_ever_is_none(line: str) -> None:
    assert not is_definition(line)


def add_file(rows: list[str]) -> FilePatch:
    hunk = Hunk(0, 0, 1, len(rows), "", "\n".join(f"+{row}" for row in rows))
    return FilePatch("src/big.go", "src/big.go", FileStatus.ADDED, hunks=(hunk,), additions=len(rows))


def test_a_hundred_thousand_lines_come_back_whole_each_chunk_beginning_at_a_function() -> None:
    rows = [row for i in range(20_000) for row in (f"func f{i}(a int) int {{", "\tx := a", "\treturn x", "}", "")]
    plan = plan_review(change(add_file(rows)))
    assert len(plan.chunks) > 10
    assert [line.text for chunk in plan.chunks for line in parse_annotated(annotate(chunk))] == rows
    for chunk in plan.chunks[1:]:
        [hunk] = chunk.files[0].hunks
        assert hunk.body.startswith("+func f")
        assert hunk.section.startswith("func f")


def test_a_function_longer_than_a_chunk_repeats_its_signature() -> None:
    rows = ["func endless(a int) {", *(f"\tcall({i})" for i in range(3000)), "}"]
    plan = plan_review(change(add_file(rows)), target_tokens=5000)
    assert len(plan.chunks) > 3
    assert {chunk.files[0].hunks[0].section for chunk in plan.chunks[1:]} == {"func endless(a int) {"}
