using System.Net;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>Looks up the addresses of a host.</summary>
internal delegate Task<IPAddress[]> HostAddresses(string host, CancellationToken cancellationToken);
