/** What shapes the module itself. Read from the call of `forRoot()` or `forRootAsync()`, never from a factory. */
export interface JwtExtendedModuleExtras {
  /**
   * Other modules can inject the module's providers without importing it.
   * @default true
   */
  isGlobal?: boolean | undefined;
  /**
   * `JwtGuard` guards every route.
   * @default true
   */
  globalGuard?: boolean | undefined;
  /**
   * `JwtExceptionFilter` answers exceptions in the whole application.
   * @default true
   */
  globalFilter?: boolean | undefined;
}

/** @internal The extras as Nest's module builder needs them: each name, without a value. */
export const EXTRAS = {
  isGlobal: undefined,
  globalGuard: undefined,
  globalFilter: undefined,
} satisfies Record<keyof JwtExtendedModuleExtras, undefined>;
