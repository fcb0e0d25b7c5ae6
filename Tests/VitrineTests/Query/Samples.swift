import Vitrine

/// A few products that differ in every way.
enum Samples {
  static let products = [
    product("s0", "red running shoes", "Nike", ["Red"], 120),
    product("s1", "black running shoes", "Puma", ["Black", "Red"], 90),
    product("s2", "blue summer dress", "Été", ["Blue"], 60),
    product("s3", "classic leather watch", "Nike", ["Black"], 250),
    product("s4", "cotton t-shirt", "New Balance", ["Navy Blue"], 20),
  ]

  private static func product(
    _ id: String, _ title: String, _ brand: String, _ colours: [String], _ price: Double
  ) -> Product {
    Product(
      id: id,
      attributes: [
        "title": .text(title), "brand": .text(brand), "colour": .list(colours),
        "price": .number(price),
      ])
  }
}
