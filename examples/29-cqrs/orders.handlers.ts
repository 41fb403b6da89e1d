import { CommandHandler, EventBus, EventsHandler, type ICommandHandler, type IEventHandler } from '@nestjs/cqrs';
import { JwtContextService } from 'nestjs-jwt-extended';

export class PlaceOrder {
  constructor(readonly product: string) {}
}

export class OrderPlaced {
  constructor(
    readonly product: string,
    readonly owner: string,
  ) {}
}

@CommandHandler(PlaceOrder)
export class PlaceOrderHandler implements ICommandHandler<PlaceOrder> {
  constructor(
    private readonly jwt: JwtContextService,
    private readonly events: EventBus,
  ) {}

  execute({ product }: PlaceOrder) {
    const owner = String(this.jwt.identity);
    this.events.publish(new OrderPlaced(product, owner));
    return Promise.resolve({ product, owner });
  }
}

/** The owners of the orders, in a real application a table. */
export const audit: string[] = [];

@EventsHandler(OrderPlaced)
export class AuditHandler implements IEventHandler<OrderPlaced> {
  async handle({ product, owner }: OrderPlaced) {
    // The answer to the request does not wait for this.
    await new Promise((resolve) => setTimeout(resolve, 50));
    audit.push(`${owner}: ${product}`);
  }
}
