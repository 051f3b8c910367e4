const TORCH = new Set(
  (
    "LambdaLR MultiplicativeLR StepLR MultiStepLR ConstantLR LinearLR ExponentialLR PolynomialLR CosineAnnealingLR " +
    "CosineAnnealingWarmRestarts OneCycleLR CyclicLR ReduceLROnPlateau SequentialLR ChainedScheduler"
  ).split(" "),
);

/** The public name of a class of torch.optim.lr_scheduler, from a dotted path, a short name or another spelling of the module. */
export function torchSchedule(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf(".") + 1);
  const home = path.slice(0, Math.max(0, path.lastIndexOf(".")));
  if (!TORCH.has(name)) return undefined;
  return home === "" || /^(?:torch\.optim|lr_scheduler|optim\b|lightning|pytorch_lightning)/.test(home)
    ? `torch.optim.lr_scheduler.${name}`
    : undefined;
}
