namespace SessionService.Api.Turns;

/// <summary>Too many requests wait for the same kind of work; this one did nothing.</summary>
internal sealed class TurnRefusedException() : Exception("Too many requests of this kind wait already.");
