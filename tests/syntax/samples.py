"""One small program in each language, written for these tests, with what it defines."""

from __future__ import annotations

from app.syntax.languages import Language

PYTHON = '''\
import json


@dataclass(frozen=True)
class Order:
    """An order."""

    prices: list[int]

    @property
    def total(self) -> int:
        def add(one: int, other: int) -> int:
            return one + other

        return reduce(add, self.prices, 0)


async def send(order: Order) -> None:
    text = f"{order.total:>10} {json.dumps('x')}"
    await post("/orders", text)
'''
JAVASCRIPT = """\
import { post } from './wire.js'

export class Order {
  #prices = []
  add = (price) => { this.#prices.push(price) }

  get total() {
    return this.#prices.reduce((sum, price) => sum + price, 0)
  }
}

export const send = async (order) => {
  const text = `total: ${order.total}`
  await post('/orders', text)
}

function* walk(orders) {
  for (const order of orders) {
    yield order.total
  }
}
"""
TYPESCRIPT = """\
export interface Priced {
  total(): number
}

export type Orders = readonly Order[]

enum State { Open, Closed }

namespace wire {
  export function post(path: string): Promise<void> {
    return fetch(path)
  }
}

export abstract class Order<T> implements Priced {
  constructor(private prices: number[], protected state = State.Open) {}

  total(): number {
    return this.prices.reduce((sum, price) => sum + price, 0)
  }

  abstract close(): void
}
"""
TSX = """\
type Props = { title: string }

export const Panel = ({ title }: Props) => (
  <section className="panel">
    <h1>{title}</h1>
    {title.length > 3 && <p>long</p>}
  </section>
)

export default function App() {
  const title = 'Orders'
  return <Panel title={title} />
}
"""
GO = """\
package orders

import "fmt"

type Order struct {
\tprices []int
}

type Priced interface {
\tTotal() int
}

func (o *Order) Total() int {
\tsum := 0
\tfor _, price := range o.prices {
\t\tsum += price
\t}
\treturn sum
}

func Send(order Priced) error {
\ttext := fmt.Sprintf("%d", order.Total())
\treturn post(text)
}
"""
JAVA = """\
package orders;

import java.util.List;

@Deprecated
public class Order {
    private final List<Integer> prices;

    Order(List<Integer> prices) {
        this.prices = prices;
    }

    int total() {
        int sum = 0;
        for (int price : prices) {
            sum += price;
        }
        return sum;
    }

    enum State { OPEN, CLOSED }
}

interface Priced {
    int total();
}

record Line(String name, int price) {}
"""
RUST = """\
use std::fmt;

pub struct Order {
    prices: Vec<u32>,
}

pub trait Priced {
    fn total(&self) -> u32;
}

impl Priced for Order {
    fn total(&self) -> u32 {
        let mut sum = 0;
        for price in &self.prices {
            sum += price;
        }
        sum
    }
}

mod wire {
    pub fn post(text: &str) -> bool {
        !text.is_empty()
    }
}
"""
C_SHARP = """\
using System.Linq;

namespace Orders
{
    public interface IPriced { int Total(); }

    public class Order : IPriced
    {
        private readonly int[] prices;

        public Order(int[] prices)
        {
            this.prices = prices;
        }

        public string Name { get; set; }

        public int Total()
        {
            int sum = prices.Sum();
            return Checked(sum);

            int Checked(int value) => value;
        }
    }

    public record Line(string Name, int Price);
}
"""
KOTLIN = """\
package orders

interface Priced {
    fun total(): Int
}

data class Order(val prices: List<Int>) : Priced {
    override fun total(): Int {
        var sum = 0
        for (price in prices) {
            sum += price
        }
        return sum
    }
}

fun send(order: Order): String {
    val text = "total: ${order.total()}"
    return text
}
"""
RUBY = """\
module Orders
  class Order
    attr_reader :prices

    def initialize(prices)
      @prices = prices
    end

    def total
      sum = 0
      prices.each do |price|
        sum += price
      end
      sum
    end

    def self.empty
      new([])
    end
  end
end
"""
PHP = """\
<?php

namespace Orders;

interface Priced
{
    public function total(): int;
}

class Order implements Priced
{
    private array $prices = [];

    public function total(): int
    {
        $sum = 0;
        foreach ($this->prices as $price) {
            $sum += $price;
        }
        return $sum;
    }
}

function send(Order $order): string
{
    $text = "total: {$order->total()}";
    return $text;
}
"""
C = """\
#include <stdio.h>

#define TWICE(x) ((x) + (x))

struct order {
    int count;
    int *prices;
};

static int total(const struct order *order)
{
    int sum = 0;
    for (int i = 0; i < order->count; i++) {
        sum += order->prices[i];
    }
    return sum;
}

char *tell(struct order *order)
{
    printf("%d", total(order));
    return NULL;
}
"""
CPP = """\
#include <vector>

namespace orders {

class Order {
public:
    explicit Order(std::vector<int> prices) : prices_(prices) {}

    int total() const {
        int sum = 0;
        for (int price : prices_) {
            sum += price;
        }
        return sum;
    }

private:
    std::vector<int> prices_;
};

template <typename T>
T twice(T value) {
    return value + value;
}

}
"""

SAMPLES = {
    Language.PYTHON: PYTHON,
    Language.JAVASCRIPT: JAVASCRIPT,
    Language.TYPESCRIPT: TYPESCRIPT,
    Language.TSX: TSX,
    Language.GO: GO,
    Language.JAVA: JAVA,
    Language.RUST: RUST,
    Language.C_SHARP: C_SHARP,
    Language.KOTLIN: KOTLIN,
    Language.RUBY: RUBY,
    Language.PHP: PHP,
    Language.C: C,
    Language.CPP: CPP,
}
