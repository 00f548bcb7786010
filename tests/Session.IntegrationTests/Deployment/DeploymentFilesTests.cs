using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Health;
using SessionService.Api.Limits;
using SessionService.Application.Limits;
using SessionService.Hosting.Identity;
using SessionService.Infrastructure.Writes;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Gateway;
using SessionService.IntegrationTests.Hosting;
using YamlDotNet.RepresentationModel;

namespace SessionService.IntegrationTests.Deployment;

/// <summary>The files of deployment against what they deploy: without a container engine this is what can be known of them.</summary>
public sealed partial class DeploymentFilesTests
{
    private static readonly string Root = GatewayProcess.FileOf("Repository");

    private static readonly string[] HostSettings =
        ["ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "DOTNET_EnableDiagnostics", "Logging__Console__FormatterName", "ConnectionStrings__SessionDb"];

    public static TheoryData<string, string, int> Hosts => new() { { "service", "Session.Api", 8205 }, { "gateway", "Session.Gateway", 8000 } };

    [Fact]
    public void The_image_is_made_of_files_that_are_there_and_runs_without_root()
    {
        var lines = Dockerfile();

        var copied = lines.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ')[1..^1]).ToList();
        var built = lines.Where(line => line.StartsWith("RUN ", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ')).Where(word => word.EndsWith(".csproj", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(built);
        Assert.All([.. copied, .. built], path => Assert.True(Path.Exists(Path.Combine(Root, path)), $"{path} is not there."));
        Assert.Equal(
            Projects().Select(project => $"src/{project}/{project}.csproj").Append("tools/Session.SentenceModel/Session.SentenceModel.csproj"),
            copied.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains("USER $APP_UID", lines);
        Assert.All(
            lines.Where(line => line.StartsWith("ENV ", StringComparison.Ordinal)).SelectMany(line => Setting().Matches(line).Select(match => match.Groups["name"].Value)),
            name => Assert.True(IsSetting(name), $"{name} is no setting."));
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Each_host_has_an_image_that_serves_probes_and_ends_in_its_program(string target, string project, int port)
    {
        var lines = Dockerfile();
        var stage = lines.SkipWhile(line => line != $"FROM runtime AS {target}").Skip(1)
            .TakeWhile(line => !line.StartsWith("FROM ", StringComparison.Ordinal)).ToList();

        Assert.Contains($"ENV ASPNETCORE_URLS=http://*:{port}", stage);
        Assert.Contains($"EXPOSE {port}", stage);
        Assert.Contains($"ENTRYPOINT [\"dotnet\", \"{project}.dll\"]", stage);
        Assert.Contains(stage, line =>
            line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal) && line.EndsWith($"CMD [\"dotnet\", \"{project}.dll\", \"health\"]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_is_asked_for_its_health_by_its_own_program()
    {
        await using var service = new ServiceProcess(("ConnectionStrings__SessionDb", await TestPostgres.CloneTemplateAsync()));
        await service.StartAsync();
        await using var gateway = await GatewayProcess.StartAsync(service.Address, users: null);

        Assert.Equal(0, await ServiceHealthAsync(service.Address));
        Assert.Equal(0, (await GatewayProcess.RunAsync("health", service.Address.ToString())).ExitCode);
        await service.StopAsync();
        Assert.Equal(1, await ServiceHealthAsync(service.Address));
        Assert.Equal(1, (await GatewayProcess.RunAsync("health", service.Address.ToString())).ExitCode);
    }

    [Fact]
    public void Compose_starts_the_parts_in_order_and_shows_only_the_gateway()
    {
        var services = (YamlMappingNode)Documents("compose.yaml").Single()["services"];

        Assert.Equal(["database", "gateway", "migrate", "service"], services.Children.Keys.Select(key => key.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal("postgres:17", services["database"]["image"].ToString());
        Assert.Equal("service_healthy", services["migrate"]["depends_on"]["database"]["condition"].ToString());
        Assert.Equal("service_completed_successfully", services["service"]["depends_on"]["migrate"]["condition"].ToString());
        Assert.Equal("service_healthy", services["gateway"]["depends_on"]["service"]["condition"].ToString());
        Assert.Equal(["gateway"], services.Children.Where(service => Has(service.Value, "ports")).Select(service => service.Key.ToString()));
        foreach (var name in new[] { "migrate", "service", "gateway" })
        {
            var service = services[name];
            Assert.Equal("deploy/Dockerfile", service["build"]["dockerfile"].ToString());
            Assert.Contains($"FROM runtime AS {service["build"]["target"]}", Dockerfile());
            Assert.All(((YamlMappingNode)service["environment"]).Children.Keys, key => Assert.True(key.ToString() == "<<" || IsSetting(key.ToString()), $"{key} is no setting."));
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Each_deployment_is_probed_where_the_host_answers_and_survives_disruptions(string part, string project, int port)
    {
        var objects = Kubernetes();
        var name = $"session-{part}";
        var deployment = Find(objects, "Deployment", name);
        var container = deployment["spec"]["template"]["spec"]["containers"][0];
        var paths = typeof(HealthController).GetMethods().SelectMany(method => method.GetCustomAttributes<HttpGetAttribute>()).Select(get => $"/{get.Template}");

        Assert.Equal($"{port}", container["ports"][0]["containerPort"].ToString());
        foreach (var probe in new[] { "startupProbe", "livenessProbe", "readinessProbe" })
        {
            Assert.Contains(container[probe]["httpGet"]["path"].ToString(), paths);
            Assert.Equal(container["ports"][0]["name"], container[probe]["httpGet"]["port"]);
        }

        Assert.Equal("/health/live", container["livenessProbe"]["httpGet"]["path"].ToString());
        Assert.Equal("/health/ready", container["readinessProbe"]["httpGet"]["path"].ToString());
        var service = Find(objects, "Service", name)["spec"];
        Assert.Equal($"{port}", service["ports"][0]["port"].ToString());
        Assert.Equal(container["ports"][0]["name"], service["ports"][0]["targetPort"]);
        var labels = deployment["spec"]["template"]["metadata"]["labels"];
        Assert.Equal(labels, service["selector"]);
        Assert.Equal(labels, deployment["spec"]["selector"]["matchLabels"]);
        Assert.Equal(labels, Find(objects, "PodDisruptionBudget", name)["spec"]["selector"]["matchLabels"]);
        Assert.True(int.Parse(deployment["spec"]["replicas"].ToString()) > 1);
        Assert.StartsWith(name, container["image"].ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Root, "src", project, $"{project}.csproj")));
    }

    [Fact]
    public void Every_container_of_the_cluster_is_restricted_and_its_settings_are_there()
    {
        var objects = Kubernetes();
        var workloads = objects.Where(one => one["kind"].ToString() is "Deployment" or "Job").Select(one => one["spec"]["template"]["spec"]).ToList();

        Assert.Equal(3, workloads.Count);
        foreach (var pod in workloads)
        {
            Assert.Equal("true", pod["securityContext"]["runAsNonRoot"].ToString());
            var container = pod["containers"][0];
            Assert.Equal("true", container["securityContext"]["readOnlyRootFilesystem"].ToString());
            Assert.Equal("false", container["securityContext"]["allowPrivilegeEscalation"].ToString());
            Assert.Equal("ALL", container["securityContext"]["capabilities"]["drop"][0].ToString());
            foreach (var source in ((YamlSequenceNode)container["envFrom"]).Cast<YamlMappingNode>())
            {
                var kind = Has(source, "secretRef") ? "Secret" : "ConfigMap";
                Find(objects, kind, source.Children.Single().Value["name"].ToString());
            }
        }

        var names = objects.Where(one => one["kind"].ToString() is "Secret" or "ConfigMap")
            .SelectMany(one => ((YamlMappingNode)one[one["kind"].ToString() == "Secret" ? "stringData" : "data"]).Children.Keys)
            .Select(key => key.ToString())
            .ToList();
        Assert.True(names.Count >= 7);
        Assert.All(names, name => Assert.True(IsSetting(name), $"{name} is no setting."));
    }

    [Theory]
    [InlineData("POST", "/api/v1/sessions/import", "86400")]
    [InlineData("GET", "/api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e/export?format=json", "86400")]
    [InlineData("GET", "/api/v1/users/some%2Fone/export", "86400")]
    [InlineData("GET", "/api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e/events?after=0", "86400")]
    [InlineData("GET", "/api/v1/users/some%2Fone/events", "86400")]
    [InlineData("DELETE", "/api/v1/users/some%2Fone/data", "86400")]
    [InlineData("DELETE", "/api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e/data", "86400")]
    [InlineData("GET", "/api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e/data", "75")]
    [InlineData("POST", "/api/v1/users/some%2Fone/attachments?name=cat.png", "86400")]
    [InlineData("GET", "/api/v1/users/some%2Fone/data", "75")]
    [InlineData("POST", "/api/v1/sessions", "75")]
    [InlineData("POST", "/api/v1/keys", "75")]
    [InlineData("GET", "/api/v1/keys?page=2", "75")]
    [InlineData("GET", "/api/v1/sessions/search?q=export", "75")]
    public void The_file_for_APISIX_waits_for_each_route_as_long_as_the_gateway(string method, string target, string seconds)
    {
        var file = Documents(Path.Combine("deploy", "gateway", "apisix.yaml")).Single();
        var route = ((YamlSequenceNode)file["routes"]).Where(route => IsRouteOf(route, method, target))
            .MaxBy(route => Has(route, "priority") ? int.Parse(route["priority"].ToString()) : 0)!;
        var upstream = ((YamlSequenceNode)file["upstreams"]).Single(upstream => upstream["id"].Equals(route["upstream_id"]));
        using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "src", "Session.Gateway", "appsettings.json")));
        var proxy = settings.RootElement.GetProperty("ReverseProxy");
        var ordinary = proxy.GetProperty("Clusters").GetProperty("sessions").GetProperty("HttpRequest").GetProperty("ActivityTimeout").GetString()!;
        var own = proxy.GetProperty("Routes").EnumerateObject().Where(one => one.Value.TryGetProperty("Metadata", out _))
            .Select(one => one.Value.GetProperty("Metadata").GetProperty("ActivityTimeout").GetString()!);

        var timeout = (Has(route, "timeout") ? route : upstream)["timeout"];

        Assert.Equal(seconds, timeout["read"].ToString());
        Assert.Contains(
            int.Parse(seconds), own.Append(ordinary).Select(text => (int)TimeSpan.Parse(text, System.Globalization.CultureInfo.InvariantCulture).TotalSeconds));
    }

    private static bool IsRouteOf(YamlNode route, string method, string target)
    {
        var path = target.Split('?')[0];
        var uris = Has(route, "uris") ? ((YamlSequenceNode)route["uris"]).Select(uri => uri.ToString()) : [route["uri"].ToString()];
        var isPath = uris.Any(uri => uri.EndsWith('*') ? path.StartsWith(uri[..^1], StringComparison.Ordinal) : path == uri);
        var isMethod = !Has(route, "methods") || ((YamlSequenceNode)route["methods"]).Any(one => one.ToString() == method);
        var areVariables = !Has(route, "vars") || ((YamlSequenceNode)route["vars"]).All(condition =>
            Regex.IsMatch(target, condition[2].ToString(), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromMinutes(1)));
        return isPath && isMethod && areVariables;
    }

    private static async Task<int> ServiceHealthAsync(Uri address)
    {
        using var process = System.Diagnostics.Process.Start("dotnet", [typeof(Program).Assembly.Location, "health", address.ToString()]);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>The instructions, one a line.</summary>
    private static List<string> Dockerfile() =>
        [.. File.ReadAllText(Path.Combine(Root, "deploy", "Dockerfile")).Replace("\\\n", "", StringComparison.Ordinal).Split('\n')];

    /// <summary>The projects that the images are made of: all but the packages that others install.</summary>
    private static IEnumerable<string> Projects() =>
        Directory.EnumerateDirectories(Path.Combine(Root, "src")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)
            .Where(project => !File.ReadAllText(Path.Combine(Root, "src", project, $"{project}.csproj")).Contains("<PackageId>", StringComparison.Ordinal));

    private static List<YamlNode> Kubernetes() =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, "deploy", "kubernetes"), "*.yaml").SelectMany(Documents)];

    private static IEnumerable<YamlNode> Documents(string path)
    {
        using var text = File.OpenText(Path.Combine(Root, path));
        var yaml = new YamlStream();
        yaml.Load(text);
        return yaml.Documents.Select(document => document.RootNode);
    }

    private static YamlNode Find(IEnumerable<YamlNode> objects, string kind, string name) =>
        objects.Single(one => one["kind"].ToString() == kind && one["metadata"]["name"].ToString() == name);

    private static bool Has(YamlNode node, string name) => ((YamlMappingNode)node).Children.ContainsKey(new YamlScalarNode(name));

    /// <summary>Whether a host knows a setting: a property of a class of options, an address of a cluster of the gateway's, or one of the framework's.</summary>
    private static bool IsSetting(string name)
    {
        var parts = name.Split("__");
        if (parts is ["ReverseProxy", "Clusters", var cluster, "Destinations", _, "Address"])
        {
            using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "src", "Session.Gateway", "appsettings.json")));
            return settings.RootElement.GetProperty("ReverseProxy").GetProperty("Clusters").TryGetProperty(cluster, out _);
        }

        var options = new[] { typeof(IdentityOptions), typeof(RateLimitOptions), typeof(LimitOptions), typeof(WriteOptions) }
            .SelectMany(type => type.Assembly.GetTypes())
            .FirstOrDefault(type => type.GetField("Section")?.GetRawConstantValue() as string == parts[0]);
        return HostSettings.Contains(name, StringComparer.Ordinal)
            || (options is not null && parts[1..].Aggregate((Type?)options, (type, property) => type?.GetProperty(property)?.PropertyType) is not null);
    }

    [GeneratedRegex("(?<name>[A-Za-z_]+)=", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Setting();
}
